/**
 * Korean for words that come from the service: problems by their stable type, engines and parameters by their names.
 * What is not here is shown in the service's own words.
 */
export const koService: Readonly<Record<string, string>> = {
  "/problems/invalid-input": "요청이 올바르지 않습니다",
  "/problems/unclear-text": "찾을 말을 읽을 수 없습니다",
  "/problems/unclear-text.detail": "찾을 것을 한 줄에 200자 안에서 짧게, 열 가지까지 쉼표로 나누어 적으세요.",
  "/problems/not-found": "찾을 수 없습니다",
  "/problems/conflict": "그사이에 상태가 바뀌었습니다",
  "/problems/locked": "사용 중입니다",
  "/problems/gone": "기한이 지났습니다",
  "/problems/too-large": "너무 큽니다",
  "/problems/storage-full": "저장 공간이 가득 찼습니다",
  "/problems/checksum-mismatch": "체크섬이 일치하지 않습니다",
  "/problems/unreadable-video": "동영상을 읽을 수 없습니다",
  "/problems/unreadable-video.detail":
    "파일이 비어 있거나 손상되었거나 동영상이 아닙니다. 파일을 확인하고 다른 파일을 올리세요.",
  "/problems/video-too-big": "동영상이 한도를 넘습니다",
  "/problems/video-too-big.detail":
    "길이나 화면 크기가 이 서버의 한도를 넘습니다. 동영상을 나누거나 화면을 줄여서 올리세요.",
  "/problems/unknown-engine": "그런 엔진이 없습니다",
  "/problems/too-many-requests": "요청이 너무 많습니다",
  "/problems/too-many-requests.detail": "같은 주소에서 너무 자주 요청했습니다. 잠시 뒤에 다시 시도하세요.",
  "/problems/out-of-memory.detail":
    "모델과 물체가 장치의 메모리에 들어가지 않습니다. 더 작은 모델이나 더 적은 물체로 다시 시도하세요.",
  "/problems/storage-full.detail":
    "서버 디스크에 남은 공간이 없습니다. 동영상을 지우거나 공간을 늘린 뒤 다시 시도하세요.",
  "/problems/unavailable": "지금은 사용할 수 없습니다",
  "/problems/internal-error": "내부 오류",

  failure: "처리 중에 오류가 났습니다. 다시 시도하세요. 되풀이되면 서버의 로그를 확인하세요.",
  "failure.invalid-input": "이 설정으로는 처리할 수 없습니다. 설정을 바꾸어 다시 추적하세요.",
  "failure.unclear-text":
    "찾을 말을 읽을 수 없습니다. 찾을 것을 한 줄에 200자 안에서 짧게, 열 가지까지 쉼표로 나누어 적으세요.",
  "failure.not-found": "필요한 데이터가 더는 없습니다. 동영상을 다시 추적하세요.",
  "failure.storage-full": "서버 디스크에 남은 공간이 없습니다. 동영상을 지우거나 공간을 늘린 뒤 다시 시도하세요.",
  "failure.unreadable-video": "동영상을 끝까지 읽을 수 없습니다. 파일이 손상되지 않았는지 확인하고 다시 올리세요.",
  "failure.video-too-big": "동영상이 이 서버의 한도를 넘습니다. 더 짧거나 작은 동영상을 올리세요.",
  "failure.unknown-engine":
    "이 엔진을 지금 사용할 수 없습니다. 다른 엔진을 고르거나 서버의 설치와 장치 설정을 확인하세요.",
  "failure.unavailable":
    "서버의 저장소가 응답하지 않거나 동영상의 일부를 추적하지 못했습니다. 잠시 뒤에 다시 시도하세요.",
  "failure.out-of-memory":
    "메모리가 부족합니다. 더 작은 모델이나 프리셋, 더 적은 물체, 또는 다른 장치(SAMMOT_DEVICE)로 다시 시도하세요.",
  "failure.unusable-weights": "모델의 가중치가 없거나 손상되었습니다. 가중치를 다시 받은 뒤 시도하세요.",
  "failure.worker-lost":
    "작업을 맡은 프로세스가 갑자기 끝났습니다. 메모리가 부족했을 수 있습니다. 더 작은 프리셋으로 다시 시도하세요.",

  "engine.motion": "움직임",
  "engine.motion.description":
    "움직이는 모든 것을 찾고, 지정한 물체를 따라갑니다. 학습된 가중치나 GPU가 필요 없습니다.",
  "engine.sam2": "세그먼트 애니싱 2",
  "engine.sam2.description":
    "지정하거나 찾아낸 물체를 움직이든 아니든 따라갑니다. 가중치가 필요하며 GPU가 없으면 느립니다.",
  "engine.sam3": "세그먼트 애니싱 3",
  "engine.sam3.description":
    "몇 마디 말로 부른 것이나 보여 준 것과 닮은 것을 모두 찾아 따라갑니다. 라이선스에 동의해야 받을 수 있는 가중치가 필요하며 GPU가 없으면 느립니다.",
  "lack.packages": "세그먼트 애니싱이 설치되어 있지 않습니다",
  "lack.weights": "가중치가 없습니다",
  "lack.device": "설정된 장치가 이 컴퓨터에 없습니다",
  "parameter.weights": "모델",
  "parameter.weights.help": "클수록 정확하고 느립니다.",
  "parameter.find": "찾을 대상",
  "parameter.find.help": "지정한 물체 외에 무엇을 추적할지 정합니다.",
  "parameter.classes": "종류",
  "parameter.classes.help":
    "person, dog처럼 검출기가 아는 이름을 쉼표로 나누어 적습니다. 비워 두면 아는 종류를 모두 찾습니다.",
  "parameter.text": "찾을 말",
  "parameter.text.help": "a red car처럼 찾을 것을 영어로 적습니다. 여러 가지는 쉼표로 나눕니다.",
  "parameter.detector": "검출기",
  "parameter.detector.help": "종류로 물체를 찾는 모델입니다.",
  "parameter.text_detector": "글 검출기",
  "parameter.text_detector.help": "글로 적은 것을 찾는 모델입니다.",
  "parameter.every": "간격",
  "parameter.every.help": "물체를 새로 찾는 간격입니다.",
  "parameter.compile": "컴파일",
  "parameter.compile.help": "모델을 먼저 컴파일합니다. 시작은 느리지만 GPU에서 더 빨라집니다.",
  "choice.movement": "움직이는 것",
  "choice.everything": "모든 것",
  "choice.classes": "종류로 찾기",
  "choice.text": "글로 찾기",
  "choice.similar": "보여 준 것과 닮은 것",
  "choice.nothing": "없음",
  "unit.frames": "프레임",
  "/problems/out-of-memory": "메모리가 부족합니다",
  "/problems/unusable-weights": "가중치를 사용할 수 없습니다",
  "parameter.preset": "프리셋",
  "parameter.preset.help": "들이는 시간: 작업 화면의 긴 변이 480, 640, 960픽셀입니다.",
  "parameter.camera": "카메라",
  "parameter.camera.help": "카메라가 고정되어 있는지 여부. 기본값은 자동으로 판단합니다.",
  "parameter.sensitivity": "민감도",
  "parameter.sensitivity.help": "높일수록 희미한 움직임도 찾지만 잡음도 늘어납니다.",
  "parameter.minimum_size": "최소 크기",
  "parameter.minimum_size.help": "이보다 작은 물체는 무시합니다. 화면 넓이의 백만분율입니다.",
  "parameter.memory": "기억 시간",
  "parameter.memory.help": "가려진 물체가 번호를 유지하는 시간입니다.",
  "parameter.ignore_shadows": "그림자 무시",
  "parameter.ignore_shadows.help": "드리운 그림자를 마스크에서 뺍니다.",
  "choice.fast": "빠르게",
  "choice.balanced": "균형",
  "choice.accurate": "정확하게",
  "choice.auto": "자동",
  "choice.fixed": "고정",
  "choice.moving": "이동",
  "unit.times": "배",
  "unit.seconds": "초",
  "unit.pixels per megapixel": "메가픽셀당 픽셀",
};

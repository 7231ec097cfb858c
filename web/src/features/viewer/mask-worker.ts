import { drawMasks, type PictureSpec } from "@/features/viewer/mask-picture";

/** What the page sends: a number to recognise the answer by, and what to draw. */
export interface MaskRequest {
  id: number;
  spec: PictureSpec;
}

export interface MaskAnswer {
  id: number;
  /** Null where the masks could not be read. */
  bitmap: ImageBitmap | null;
}

async function answer({ id, spec }: MaskRequest): Promise<void> {
  let bitmap: ImageBitmap | null = null;
  try {
    bitmap = await createImageBitmap(new ImageData(drawMasks(spec), spec.width, spec.height));
  } catch (error) {
    console.warn("A mask could not be drawn.", error);
  }
  const message: MaskAnswer = { id, bitmap };
  self.postMessage(message, { transfer: bitmap ? [bitmap] : [] });
}

self.addEventListener("message", (event: MessageEvent<MaskRequest>) => void answer(event.data));

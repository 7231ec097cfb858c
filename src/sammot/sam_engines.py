"""The engines of the Segment Anything family: which models they take, and what they find with them.

Nothing here imports torch before an engine is made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sammot.errors import InvalidInput, UnknownClass
from sammot.models import installed
from sammot.models.catalogue import CATALOGUE
from sammot.models.devices import Devices, is_absent
from sammot.models.kinds import CONCEPTS, DETECTORS, FAMILIES, GROUNDERS, labels_of
from sammot.service import EngineEntry, EngineModel, Lack, LackKind
from sammot.settings import Settings
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.parameters import ParameterInfo
from sammot.tracking.sam import parameters as sam

if TYPE_CHECKING:
    from sammot.tracking.engine import Engine
    from sammot.tracking.sam.assembly import Finders
    from sammot.tracking.sam.segmenter import Segmenter


@dataclass(frozen=True, slots=True)
class Role:
    """What an engine needs a model for: the parameter that chooses it, and the folders to choose
    from. With `find`, it is needed for finding that, and for nothing else.
    """

    parameter: str
    folders: Mapping[str, Path]
    help: str
    remedy: str
    find: str | None = None

    def info(self) -> ParameterInfo:
        """For forms."""
        names = tuple(self.folders)
        only_for = {"find": (self.find,)} if self.find else {}
        return ParameterInfo(
            self.parameter, "choice", names[0] if names else "", None, None, "", self.help, names,
            only_for,
        )  # fmt: skip

    def chosen(self, given: object) -> str:
        """The name of the model to take; the first unless one is given. Raises InvalidInput."""
        if not self.folders:
            raise InvalidInput(f"There is no model to find {self.find} with: {self.remedy}.")
        name = next(iter(self.folders)) if given is None else given
        if name not in self.folders:
            known = ", ".join(self.folders)
            raise InvalidInput(f"There is no {self.parameter} {name!r}; there are: {known}.")
        return str(name)


def sam2(settings: Settings, weights: Path | None) -> EngineEntry:
    """Segment Anything 2, and whatever detectors lie beside it."""
    folder = settings.models_folder
    segmenters = _weights(settings, weights, FAMILIES, installed.fetch("sam2.1-tiny"))
    detectors = Role(
        "detector", installed.find(folder, DETECTORS),
        "Which model finds objects of known classes.",
        installed.fetch("d-fine-small"), find="classes",
    )  # fmt: skip
    grounders = Role(
        "text_detector", installed.find(folder, GROUNDERS), "Which model finds what a text names.",
        installed.fetch("grounding-dino-tiny"), find="text",
    )  # fmt: skip

    def check(values: Mapping[str, Any]) -> None:
        if values["find"] == "classes":
            which = str(values["detector"])
            _check_classes(which, detectors.folders[which], values["classes"])

    devices = Devices(settings.device, settings.locks_folder)

    def load(values: dict[str, object], device: str) -> tuple[Segmenter, Finders]:
        from sammot.models import loading  # noqa: PLC0415 - these import torch
        from sammot.tracking.sam.assembly import Finders  # noqa: PLC0415

        network = loading.segmenter(segmenters.folders[str(values.pop("weights"))], device)
        which, text = (values.pop(one.parameter, None) for one in (detectors, grounders))
        return network, Finders(
            None if which is None else loading.detector(detectors.folders[str(which)], device),
            None if text is None else loading.grounder(grounders.folders[str(text)], device),
        )

    return EngineEntry(
        name="sam2",
        version=sam.VERSION,
        title="Segment Anything 2",
        description="Follows any object, moving or not, that you show it or that is found."
        " Needs weights; without a GPU it is slow.",
        **_asked((segmenters, detectors, grounders), _SAM2_FINDS, check),
        create=_creator(devices, load),
        reserve=devices.reserve,
        takes_prompts=True,
        lack=_lack(settings, "Segment Anything 2", segmenters),
        models=_models("sam2", (segmenters, detectors, grounders)),
    )


def sam3(settings: Settings, weights: Path | None) -> EngineEntry:
    """Segment Anything 3: its own detector tells its tracker what to follow."""
    models = _weights(settings, weights, CONCEPTS, installed.fetch("sam3"))

    devices = Devices(settings.device, settings.locks_folder)

    def load(values: dict[str, object], device: str) -> tuple[Segmenter, Finders]:
        from sammot.models import loading  # noqa: PLC0415 - these import torch
        from sammot.tracking.sam.assembly import Finders  # noqa: PLC0415

        network, found = loading.concepts(models.folders[str(values.pop("weights"))], device)
        return network, Finders(concepts=found)

    return EngineEntry(
        name="sam3",
        version=sam.VERSION,
        title="Segment Anything 3",
        description="Finds and follows everything that a few words name, or that is like what you"
        " show it. Needs weights, whose licence must be accepted; without a GPU it is slow.",
        **_asked((models,), _SAM3_FINDS),
        create=_creator(devices, load),
        reserve=devices.reserve,
        takes_prompts=True,
        lack=_lack(settings, "Segment Anything 3", models),
        models=_models("sam3", (models,)),
    )


_SAM3_FINDS = ("text", "similar", "movement", "everything", "nothing")
_SAM2_FINDS = ("movement", "everything", "classes", "text", "nothing")


def _weights(settings: Settings, weights: Path | None, kinds: Collection[str], remedy: str) -> Role:
    """The engine's own models: those here, or the one in the folder that was named."""
    here = (
        installed.find(settings.models_folder, kinds)
        if weights is None
        else {weights.resolve().name: weights}
    )
    return Role("weights", here, "Which model: larger ones are better and slower.", remedy)


def _models(engine: str, roles: Sequence[Role]) -> tuple[EngineModel, ...]:
    """What others publish for an engine."""
    here = {name for role in roles for name in role.folders}
    return tuple(
        EngineModel(name, model.repository, model.licence, model.is_gated, name in here)
        for name, model in CATALOGUE.items()
        if model.engine == engine
    )


def _asked(
    roles: Sequence[Role],
    finds: Collection[str],
    check: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """What an entry says of its parameters (`parameters`, `complete`): what nothing here can find
    is not offered. `check` looks at the whole.
    """
    absent = {role.find: role for role in roles if role.find and not role.folders}
    infos = sam.offered([find for find in finds if find not in absent])

    def complete(given: Mapping[str, Any]) -> dict[str, Any]:
        for find, role in absent.items():
            if given.get("find") == find or given.get(str(find)) or role.parameter in given:
                role.chosen(None)
        models = {role.parameter for role in roles}
        settled = sam.completed({k: v for k, v in given.items() if k not in models}, infos)
        chosen = {
            role.parameter: role.chosen(given.get(role.parameter))
            for role in roles
            if role.find in (None, settled["find"])
        }
        check({**chosen, **settled})
        return {**chosen, **settled}

    weights, *others = [role.info() for role in roles if role.find not in absent]
    return {
        "parameters": [asdict(info) for info in (weights, *infos, *others)],
        "complete": complete,
    }


def _creator(
    devices: Devices, load: Callable[[dict[str, object], str], tuple[Segmenter, Finders]]
) -> Callable[[Mapping[str, object], ClipInfo, Sequence[Frame]], Engine]:
    """Makes engines of what `load` takes out of the parameters and brings to a device."""

    def create(
        parameters: Mapping[str, object], clip: ClipInfo, previews: Sequence[Frame]
    ) -> Engine:
        from sammot.tracking.sam.assembly import create  # noqa: PLC0415 - imports torch

        values = dict(parameters)
        network, finders = load(values, devices.reserved)
        return create(values, clip, previews, network, finders)

    return create


def _check_classes(which: str, folder: Path, classes: str) -> None:
    """Raise UnknownClass where the detector does not know these classes."""
    known = labels_of(folder)
    for name in sam.names(classes):
        if name not in known:
            raise UnknownClass(f"{which} knows no {name!r}; it knows: {', '.join(known)}.")


def _lack(settings: Settings, title: str, models: Role) -> Lack | None:
    """What an engine lacks here.

    Only with the embedded profile is this machine the one that the workers run on.
    """
    if installed.missing_packages():
        words = "Segment Anything is not installed"
        return Lack(LackKind.PACKAGES, words, installed.INSTALL)
    if not models.folders:
        return Lack(LackKind.WEIGHTS, f"There are no weights of {title}", models.remedy)
    if settings.profile == "embedded" and is_absent(settings.device):
        words = f"There is no device {settings.device} here"
        return Lack(LackKind.DEVICE, words, "SAMMOT_DEVICE=auto")
    return None

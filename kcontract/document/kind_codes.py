"""The codes of malformed records that `malformed` may name."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.leaves import text_of
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.shape import Leaf
from kcontract.document.yaml_nodes import ScalarNode
from kcontract.generate.catalogue import KINDS

_NAME = "the code of a kind, such as trailing_bytes"
_VARIANTS = {kind.code: kind.variants for kind in KINDS}


def _kind(node: ScalarNode) -> str:
    text = text_of(node, _NAME)
    code, colon, variant = text.partition(":")
    if code not in _VARIANTS:
        near = did_you_mean(code, _VARIANTS)
        fix = near if near.startswith("did") else "`kcontract kinds` lists them"
        raise Refused(codes.KIND_UNKNOWN, f"`{text[:80]}` is not a kind", fix)
    if colon and variant not in _VARIANTS[code]:
        fix = did_you_mean(variant, _VARIANTS[code]) or f"write {code}"
        raise Refused(codes.KIND_UNKNOWN, f"`{code}` has no variant `{variant[:80]}`", fix)
    return text


KIND = Leaf(_NAME, _kind, {"type": "string", "pattern": f"^({'|'.join(_VARIANTS)})(:.+)?$"})

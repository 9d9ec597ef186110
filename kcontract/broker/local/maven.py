"""Jars from Maven's repository through jgo. Imported only when a jar is missing: jgo takes long to import."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jgo.maven import MavenContext

from kcontract.broker.local.lock import Jar

REPOSITORY_VARIABLE = "KCONTRACT_MAVEN_REPOSITORY"
_TIMEOUT_S = 15

Fetch = Callable[[Jar], Path]


def fetcher(staging: Path) -> Fetch:
    """A function that downloads one jar into `staging` and says where it lies. It raises OSError and RuntimeError.

    `KCONTRACT_MAVEN_REPOSITORY` names a mirror to be used instead of Maven Central.
    """
    mirror = os.environ.get(REPOSITORY_VARIABLE)
    context = MavenContext(
        repo_cache=staging,
        local_repos=[],
        remote_repos={"mirror": mirror.rstrip("/")} if mirror else None,
        timeout=_TIMEOUT_S,
    )

    def fetch(jar: Jar) -> Path:
        # The artifact alone, never its dependencies: jgo's resolution of those mixes versions up.
        artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
        try:
            return Path(artifact.resolve())
        except (OSError, RuntimeError):  # once more: one hiccup in 46 downloads is nothing unusual
            if artifact.cached_path is not None:  # what came of it would be taken for the whole
                artifact.cached_path.unlink(missing_ok=True)
            return Path(artifact.resolve())

    return fetch

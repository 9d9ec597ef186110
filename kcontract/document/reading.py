"""What the parts of one file's reading share: where files come from, and where mistakes go."""

from __future__ import annotations

from dataclasses import dataclass
from glob import escape

from kcontract.document import codes
from kcontract.document.mistakes import Notebook, Refused
from kcontract.document.paths import locate
from kcontract.document.schemas import Library
from kcontract.document.shape import Found
from kcontract.document.tree import Tree
from kcontract.model.contract import Project, Reference, SchemaText
from kcontract.model.location import Location


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one file."""

    tree: Tree
    file: str
    """Path from the root; paths in the file are relative to it first."""
    notebook: Notebook
    library: Library
    project: Project

    @property
    def start(self) -> Location:
        """The file's first place: where something stands that is not given at all."""
        return Location(self.file)

    def path(self, found: Found | None) -> str | None:
        """The path from the root of the file that is named, or None with a mistake noted."""
        if found is None:
            return None
        try:
            return locate(self.tree, found.value, self.file)
        except Refused as refused:
            self.notebook.add(refused.code, found.at, refused.message, refused.fix)
            return None

    def file_path(self, found: Found | None) -> str | None:
        """As `path`, where only a file has a meaning."""
        path = self.path(found)
        if path is None or found is None or not self.tree.is_directory(path):
            return path
        inside = self.tree.glob(f"{escape(path)}/*")
        fix = f"name a file in it, such as {inside[0]}" if inside else "name a file"
        self.notebook.add(codes.FILE_UNREADABLE, found.at, f"`{found.value[:120]}` is a directory", fix)
        return None

    def schema(self, found: Found | None, references: tuple[Reference, ...] = ()) -> SchemaText | None:
        """The schema in the named file, or the inline one, checked."""
        schema = self.unchecked_schema(found)
        if schema is not None:
            self.library.check(schema, references, self.notebook)
        return schema

    def unchecked_schema(self, found: Found | None) -> SchemaText | None:
        """The schema without the question whether it is legal: for what others refer to."""
        if found is not None and isinstance(found.value, dict):
            return self.library.inline(found.value, found.at)
        path = self.file_path(found)
        return None if path is None else self.library.file(path, self.notebook)

    def json_schema(self, found: Found | None) -> SchemaText | None:
        """As `schema`, where only a JSON Schema has a meaning."""
        schema = self.unchecked_schema(found)
        if schema is None or found is None:
            return None
        if schema.kind == "avro":
            self.notebook.add(codes.SCHEMA_KIND, found.at, f"{schema.file} is Avro", "write a JSON Schema here")
            return None
        self.library.check(schema, (), self.notebook)
        return schema

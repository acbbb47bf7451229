"""Two kinds of import rule that import-linter does not ship: libraries per room, independent sections."""

import sys
from itertools import permutations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

#: In the standard library, but a database of its own: never allowed.
NEVER = frozenset({"sqlite3", "dbm"})


def _offences(graph: ImportGraph, importer: str, imported: str) -> list[str]:
    lines = [str(detail["line_number"]) for detail in graph.get_import_details(importer=importer, imported=imported)]
    return [f"{importer} -> {imported} (l.{', '.join(lines)})"]


def _modules(graph: ImportGraph, room: str) -> list[str]:
    if room not in graph.modules:
        return []
    return sorted({room} | graph.find_descendants(room))


class LibrariesContract(Contract):
    """Each module of the given rooms imports only Jingui, the standard library and the listed libraries."""

    type_name = "libraries"

    rooms = fields.ListField(subfield=fields.StringField())
    libraries = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import of a library that the rooms may not use."""
        allowed = (set(sys.stdlib_module_names) - NEVER) | set(self.libraries) | {"jingui"}
        found: list[str] = []
        for room in self.rooms:
            for module in _modules(graph, room):
                for imported in sorted(graph.find_modules_directly_imported_by(module)):
                    if imported.split(".")[0] not in allowed:
                        found += _offences(graph, module, imported)
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each offending import with its line."""
        for line in check.metadata["found"]:
            output.print_error(f"- {line}: not a library of this room", bold=False)
        output.new_line()


class SectionsContract(Contract):
    """Modules named after different sections of the policy do not import each other inside a room."""

    type_name = "sections"

    rooms = fields.ListField(subfield=fields.StringField())
    sections = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every direct import from one section's module to another's; a section without a file has none."""
        found: list[str] = []
        for room in self.rooms:
            for one, other in permutations(self.sections, 2):
                for module in _modules(graph, f"{room}.{one}"):
                    for imported in sorted(graph.find_modules_directly_imported_by(module)):
                        if imported == f"{room}.{other}" or imported.startswith(f"{room}.{other}."):
                            found += _offences(graph, module, imported)
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each offending import with its line."""
        for line in check.metadata["found"]:
            output.print_error(f"- {line}: what two sections share belongs below them", bold=False)
        output.new_line()

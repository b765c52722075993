"""What can be wrong with a file before anything in it is understood: where it lies, its name, its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence


class _NotUtf8(Rule, frozen=True):
    def byte(self, byte: int) -> Fault:
        return self.says(f"the byte 0x{byte:02X} is not UTF-8", "save the file as UTF-8")

    def utf_16(self) -> Fault:
        return self.says("this file is saved as UTF-16", "save it as UTF-8")

    def template(self) -> Fault:
        return self.says(
            "the template is not UTF-8",
            "save it as UTF-8; what is no template, such as a picture, goes into templates/static/",
        )


class _ControlCharacter(Rule, frozen=True):
    def in_text(self, character: str) -> Fault:
        hint = {
            "\x1b": "this begins a terminal's colour code; call the listing 'ansi', or take the codes out",
            "\x00": "the file may have been saved as UTF-16; save it as UTF-8",
        }.get(character, "delete it, or type what was meant")
        return self.says(f"the character {_named(character)} cannot be seen, and no page or feed can hold it", hint)

    def escaped(self, character: str, holder: str) -> Fault:
        """`holder` is what has the escape: `this value`, `a key`."""
        return self.says(f"{holder} holds {_named(character)}, which no page or feed can hold", "take the escape out")


class _FileTooLarge(Rule, frozen=True):
    def markdown(self, megabytes: int) -> Fault:
        return self.says(f"a Markdown file may have {megabytes} MB", "split it into several posts")

    def notebook(self, megabytes: int) -> Fault:
        return self.says(f"a notebook may have {megabytes} MB", "clear the outputs that no reader needs")


class _OutsideSite(Rule, frozen=True):
    def link(self) -> Fault:
        return self.says(
            "this link leads out of the site's folder or to a hidden file; it is not followed",
            "put a copy of the file in its place",
        )

    def file(self) -> Fault:
        return self.says("it lies outside the site's folder")

    def named(self, name: str) -> Fault:
        """Tell of a file that a post names."""
        return self.says(f"'{name[:60]}' lies outside the site's folder", "put a copy of it inside")

    def template_name(self, name: str) -> Fault:
        return self.says(
            f"the template '{name}' is not a name below templates/", "write its name alone, such as post.html"
        )


class _UnreadableFile(Rule, frozen=True):
    def refused(self, what: str, error: OSError) -> Fault:
        """Tell of what the system refuses; `what` is a file or a folder."""
        return self.says(f"this {what} cannot be read: {error.strerror or error}")

    def gone(self, error: OSError) -> Fault:
        """Tell of a file that was found, and can't be read now."""
        return self.says(f"it can't be read: {error.strerror or error}")

    def unnameable(self) -> Fault:
        return self.says("the name of this file is not UTF-8", "rename it")

    def dead_link(self) -> Fault:
        return self.says("this link leads nowhere", "mend it or delete it")

    def no_file(self) -> Fault:
        return self.says("this is neither a file nor a folder", "delete it")


class _UnportableName(Rule, frozen=True):
    def file(self, part: str) -> Fault:
        return self.says(f"Windows cannot hold a file called '{part}'", "rename it")

    def published(self, part: str, path: str, mend: str) -> Fault:
        """Tell of a page; `path` is its path in the published site."""
        return self.says(f"Windows cannot hold a file or folder called '{part}', which is part of '{path}'", mend)


class _PathTooLong(Rule, frozen=True):
    def source(self, folders: int) -> Fault:
        """Tell of a file or folder that is not read; `folders` are how many within each other are."""
        return self.says(
            f"its folders lie too deep within each other, or have too long names: {folders} folders are read, as far as "
            "the system can name them; what is below is left out",
            "move it further up, or give the folders shorter names",
        )


class _UnreadableImage(Rule, frozen=True):
    def refused(self, error: Exception) -> Fault:
        return self.says(f"its size can't be read ({error})", _LOOK)

    def pointer(self) -> Fault:
        return self.says("this is a pointer of Git LFS, not the image itself", "run 'git lfs pull' before the build")

    def sizeless(self, kind: str) -> Fault:
        return self.says(f"this is no {kind} whose size can be read, so the page will jump while it loads", _LOOK)


class _UnreadPost(Rule, frozen=True):
    def no_page(self, why: str, mend: str, pattern: str) -> Fault:
        """`pattern` is what `ignore:` would name such files by."""
        return self.says(
            f"{why}, so this is no page",
            f"{mend}, or leave it out by 'ignore: [\"{pattern}\"]' in site.yaml ('!{pattern}' copies it as it is)",
        )


class _LeftOver(Rule, frozen=True):
    def by_name(self, kind: str, more: int, pattern: str) -> Fault:
        """`more` are those of its kind that are not told of one by one."""
        others = f" (and {more:,} more)" if more else ""
        return self.says(
            f"by its name this is {kind}, which is not published{others}",
            f"delete it; to have it published all the same, write 'ignore: [\"!{pattern}\"]' in site.yaml",
        )


class _UnmadePicture(Rule, frozen=True):
    def undone(self, path: str, why: str) -> Fault:
        """`why` goes on after `the picture`."""
        return self.says(
            f"the picture '{path}' {why}; it is published as it is", "save it anew, no larger than it is shown"
        )

    def needs_package(self) -> Fault:
        return self.says(
            "'images' needs Pillow, so that pictures are published as they are",
            "install it with: pip install 'proofpress[images]'",
        )

    def unwritten(self, formats: str) -> Fault:
        return self.says(
            f"the Pillow that is installed can't write {formats}",
            "install one that can, with: pip install --upgrade 'proofpress[images]'",
        )


class _CleanedDrawing(Rule, frozen=True):
    def without(self, path: str, taken: Sequence[str]) -> Fault:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        return self.says(
            f"the drawing '{path}' is published without what runs or loads something: {', '.join(taken[:3])}{more}",
            "take it out of the file, or move a drawing that is to run to static/",
        )


class _UnsafeDrawing(Rule, frozen=True):
    def refused(self, path: str, why: str) -> Fault:
        """`why` goes on after `the drawing`."""
        return self.says(
            f"the drawing '{path}' {why}, so what it would run can't be taken out",
            "save it anew as plain SVG, or move it to static/ if you trust it",
        )


_LOOK: Final = "open it to see whether it is whole"

NOT_UTF_8: Final = _NotUtf8("not-utf-8", "error", "source")
CONTROL_CHARACTER: Final = _ControlCharacter("control-character", "error", "source")
FILE_TOO_LARGE: Final = _FileTooLarge("file-too-large", "error", "source")
OUTSIDE_SITE: Final = _OutsideSite("outside-site", "error", "source", fixed=True)
UNREADABLE_FILE: Final = _UnreadableFile("unreadable-file", "error", "source", fixed=True)
UNPORTABLE_NAME: Final = _UnportableName("unportable-name", "warning", "source")
PATH_TOO_LONG: Final = _PathTooLong("path-too-long", "error", "source", fixed=True)
UNREAD_POST: Final = _UnreadPost("unread-post", "error", "site", precision=(4, 4))
LEFT_OVER: Final = _LeftOver("left-over", "warning", "site")
UNMADE_PICTURE: Final = _UnmadePicture("unmade-picture", "warning", "site")
CLEANED_DRAWING: Final = _CleanedDrawing("cleaned-drawing", "warning", "site")
UNSAFE_DRAWING: Final = _UnsafeDrawing("unsafe-drawing", "error", "site")
UNREADABLE_IMAGE: Final = _UnreadableImage("unreadable-image", "warning", "source", precision=(8, 8))


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"

"""Why a package is refused, in sentences that say what to do."""

from collections.abc import Sequence

from flask_babel import lazy_gettext

from lti_tool.packages.values import Problem

_SENTENCES = {
    "no_file": lazy_gettext("Choose a file first."),
    "empty": lazy_gettext("The file is empty."),
    "unknown_kind": lazy_gettext("This is no package: upload a .zip, an .h5p, an .html page or a cmi5.xml."),
    "no_zip": lazy_gettext("The file is no zip archive, or it is cut off. Export or pack it again."),
    "damaged": lazy_gettext("“%(entry)s” is damaged. Export or pack the package again."),
    "too_many": lazy_gettext("There are more than %(detail)s files in it. Leave out what the content does not need."),
    "too_large_unpacked": lazy_gettext(
        "Unpacked it is larger than %(megabytes)s MB. Make its films and pictures smaller."
    ),
    "too_large_to_read": lazy_gettext("“%(entry)s” is larger than %(megabytes)s MB, which no such file is."),
    "bad_name": lazy_gettext(
        "“%(entry)s” has a name with characters that no web address has. Rename it and pack again."
    ),
    "outside": lazy_gettext("“%(entry)s” leads out of the package. Pack its folder again, without “..” or a drive."),
    "long_name": lazy_gettext("“%(entry)s” has a name that is too long, or lies in too many folders. Shorten it."),
    "encrypted": lazy_gettext("“%(entry)s” is protected by a password. Pack it without one."),
    "link": lazy_gettext("“%(entry)s” is a link to another file. Pack the file itself."),
    "method": lazy_gettext("“%(entry)s” is packed in an unusual way. Make an ordinary zip archive."),
    "bomb": lazy_gettext("“%(entry)s” unpacks to far more than it should. Leave it out."),
    "clash": lazy_gettext(
        "“%(entry)s” is there twice, or differs from another only in capital letters. Rename one of them."
    ),
    "no_first_page": lazy_gettext(
        "There is no index.html at its top. Name the page to begin with index.html and pack again."
    ),
    "which_first_page": lazy_gettext(
        "There is no index.html at its top, but %(detail)s. Name the page to begin with index.html."
    ),
    "scorm": lazy_gettext("This is a SCORM package. Export it again as cmi5, xAPI or HTML: these can be counted."),
    "xml_broken": lazy_gettext("“%(entry)s” is no well-formed XML: %(detail)s. Export the package again."),
    "xml_type": lazy_gettext("“%(entry)s” has a document type (DOCTYPE), which may hide an attack. Remove that line."),
    "xml_bounds": lazy_gettext("“%(entry)s” is nested too deeply or has too many elements."),
    "no_structure": lazy_gettext("“%(entry)s” is no course structure of cmi5."),
    "no_units": lazy_gettext("“%(entry)s” lists no assignable unit (au), or more than %(detail)s."),
    "unit_id": lazy_gettext("“%(entry)s”: the id “%(detail)s” is no IRI."),
    "unit_repeated": lazy_gettext("“%(entry)s”: two units have the id “%(detail)s”."),
    "unit_address": lazy_gettext(
        "“%(entry)s” names “%(detail)s”, which is neither in the package nor a whole web address."
    ),
    "unit_setting": lazy_gettext("“%(entry)s” has a setting that cmi5 does not know: %(detail)s."),
    "no_launch": lazy_gettext("“%(entry)s” names no page to open (launch)."),
    "no_player": lazy_gettext(
        "H5P needs a player that is not installed here. Whoever runs Xuefen installs it with "
        "“npm install --ignore-scripts h5p-standalone” and names its folder in files.h5p_player."
    ),
    "h5p_content": lazy_gettext("“%(entry)s” is missing: this is no H5P content."),
    "h5p_manifest": lazy_gettext("“%(entry)s” cannot be read: %(detail)s."),
    "h5p_library": lazy_gettext(
        "The library “%(entry)s” is not in the package. Download the content again together with its libraries."
    ),
    "no_room": lazy_gettext("There is no room left on the server. Tell whoever runs Xuefen."),
}


def sentences(problems: Sequence[Problem]) -> list[str]:
    """Each problem in one sentence."""
    return [_sentence(problem) for problem in problems]


def _sentence(problem: Problem) -> str:
    code = problem.code
    if code == "no_first_page" and problem.detail:
        code = "which_first_page"
    megabytes = str(int(problem.detail) >> 20) if problem.detail.isdecimal() else ""
    values = {"entry": problem.entry, "detail": problem.detail[:200], "megabytes": megabytes}
    return str(_SENTENCES[code]) % values

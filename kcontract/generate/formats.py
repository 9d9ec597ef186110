"""Values of JSON Schema's formats: the edges of what each RFC allows (years 0001–9999, no leap second)."""

from __future__ import annotations

SAMPLES: dict[str, tuple[str, ...]] = {
    "uuid": ("6f9619ff-8b86-4011-b42d-00cf4fc964ff", "00000000-0000-0000-0000-000000000000"),
    "date-time": (
        "2024-02-29T12:30:15Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "2024-10-27T02:30:00+02:00",
        "1999-12-31T23:59:59.123456789-11:30",
        "2038-01-19T03:14:08Z",
        "1969-12-31T23:59:59.999999Z",
    ),
    "date": ("2024-02-29", "1970-01-01", "0001-01-01", "9999-12-31", "1900-02-28", "2000-02-29"),
    "time": ("12:30:15Z", "00:00:00Z", "23:59:59.999999Z", "10:00:00+05:30"),
    "duration": ("P1D", "PT0S", "P1Y2M3DT4H5M6S", "P2W"),
    "email": ("ada@example.org", "a@b.co", "first.last+tag@sub.example.org", "o'brien@example.org"),
    "idn-email": ("ada@example.org", "用户@例え.jp"),
    "hostname": ("example.org", "a", "xn--bcher-kva.example", "a-1.b-2.example"),
    "idn-hostname": ("example.org", "bücher.example"),
    "ipv4": ("192.0.2.1", "0.0.0.0", "255.255.255.255"),  # noqa: S104 - a value, nothing is bound
    "ipv6": ("2001:db8::1", "::", "::ffff:192.0.2.1", "fe80:0:0:0:0:0:0:1"),
    "uri": ("https://example.org/a?b=c#d", "urn:example:1", "mailto:ada@example.org", "http://[2001:db8::1]:8080/"),
    "uri-reference": ("https://example.org/a", "/a/b?c", "#d", ""),
    "iri": ("https://example.org/a", "https://example.org/ü"),
    "iri-reference": ("https://example.org/ü", "/a"),
    "uri-template": ("https://example.org/{id}", "/a"),
    "json-pointer": ("/a/b", "", "/a~1b/0"),
    "relative-json-pointer": ("0", "1/a", "0#"),
    "regex": ("^a+$", "[0-9]{3}", ""),
}
"""Legal values; the first one is ordinary."""

_DATE = r"(0[1-9]|[1-9]\d)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_HOST = r"([A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*\.)*[A-Za-z]{2,6}"
_PATH = r"(/[A-Za-z0-9._~-]*)*(\?[A-Za-z0-9._~=&-]*)?(#[A-Za-z0-9._~-]*)?"
_URI = rf"([a-z]+://{_HOST}(:[1-9]\d{{1,3}})?{_PATH}|urn(:[A-Za-z0-9][A-Za-z0-9-]*){{2,}}|mailto:[a-z]+@{_HOST})"
_BYTE = r"(25[0-5]|2[0-4]\d|1\d{2}|[1-9]?\d)"
PATTERNS: dict[str, str] = {
    "uuid": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DATE}T{_TIME}$",
    "duration": r"^P(\d{1,3}W|\d{1,3}D(T\d{1,3}H)?|T\d{1,3}(H|M|S))$",
    "email": rf"^[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*@{_HOST}$",
    "hostname": f"^{_HOST}$",
    "ipv4": rf"^{_BYTE}(\.{_BYTE}){{3}}$",
    "ipv6": "^[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){7}$",
    "uri": f"^{_URI}$",
    "uri-reference": f"^({_URI}|{_PATH})$",
    "json-pointer": "^(/[A-Za-z0-9_-]*)*$",
}
"""What some formats allow, not all of it, as patterns: for texts that must match another pattern as well."""

VIOLATIONS: dict[str, tuple[str, ...]] = {
    "uuid": ("6f9619ff8b864011b42d00cf4fc964ff", "6f9619ff-8b86-4011-b42d-00cf4fc964fg", "not-a-uuid"),
    "date-time": ("2024-02-30T12:30:15Z", "2024-02-28 12:30", "2024-02-28T25:00:00Z", "1709210000"),
    "date": ("2024-02-30", "29.02.2024", "2023-02-29"),
    "time": ("25:00:00Z", "12:60:00Z", "noon"),
    "duration": ("1 day", "P", "PT"),
    "email": ("ada", "@example.org", "ada@"),
    "idn-email": ("ada", "@example.org"),
    "hostname": ("-example.org", "a..b", "a b"),
    "idn-hostname": ("a..b", "a b"),
    "ipv4": ("256.0.0.1", "1.2.3", "1.2.3.4.5"),
    "ipv6": (":::", "2001:db8::1::2", "g::1"),
    "uri": ("example", "http://exa mple.org", "://x"),
    "uri-reference": ("http://exa mple.org", "\\\\WINDOWS\\x"),
    "iri": ("example", "http://exa mple.org"),
    "iri-reference": ("http://exa mple.org", "\\\\WINDOWS\\x"),
    "uri-template": ("/{a", "/}"),
    "json-pointer": ("a", "/~2"),
    "relative-json-pointer": ("/a", "-1/a"),
    "regex": ("^(a", "[a"),
}
"""Near misses of each format."""

"""Names that have broken a report somewhere: markup, formulas, templates, paths, control characters, length.

Any of them may turn up as the name of a unit, field or procedure in an export. Each must be printed and none obeyed.
"""

import unicodedata

MARKUP = [
    "<script>window.__x=1</script>",
    '<img src=x onerror="window.__x=1">',
    '<svg onload="window.__x=1">',
    '"><b>đậm</b>',
    "' onmouseover='window.__x=1",
    '<a href="javascript:window.__x=1">bấm</a>',
    "</td></tr></table><h1>INJ</h1>",
    "&lt;script&gt;",
    "<!-- chú thích --",
    "<style>body{display:none}</style>",
]
FORMULAS = [
    '=HYPERLINK("http://evil","bấm")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "%0A=1+1",
]
TEMPLATES = [
    "{{ 7*7 }}",
    "{% for x in [1] %}INJ{% endfor %}",
    "$(touch out/pwn)",
    "`touch out/pwn2`",
    r"$\frac{1}{2}$",
    r"$\badcmd$",
    "giá 5$ và 6$",
    '#read("/etc/passwd")',
    "#let x = 1; #x",
    "*đậm* _nghiêng_ `mã` [x](javascript:alert(1))",
    r"\input{/etc/passwd}",
    r"\write18{id}",
    "100% đạt & 50#_^~{}",
]
OTHERS = [
    "../../etc/passwd",
    "UBND\u202exã\u202c",
    "Sở\u0000Nội vụ",
    "Phường 1\nPhường 2",
    "| cột | giả |",
    "---\ntitle: INJ\n---",
    "![](http://evil/x.png)",
]
OFFICE = [
    "_x0041_ và _x000D_",  # Excel reads _xHHHH_ as a character
    '{ HYPERLINK "http://evil" }',  # a field of Word's
    "]]></w:t><w:p/>&xxe;",
]
SHAPES = [
    unicodedata.normalize("NFD", "Sở Tài nguyên và Môi trường Đắk Lắk"),
    "Trung tâm " + "phục vụ hành chính công và chuyển đổi số " * 6 + "cuối",
]
HOSTILE = [*MARKUP, *FORMULAS, *TEMPLATES, *OTHERS, *OFFICE, *SHAPES]

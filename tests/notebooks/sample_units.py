"""Of each province of the sample one unit, whose sheet is asked of a notebook on one unit."""

UNITS = {
    "ha-giang": "huyen-dong-van",
    "kon-tum": "so-tu-phap",
    "thai-nguyen": "so-giao-thong-van-tai",
    "ha-tinh": "huyen-huong-son",
    "tuyen-quang": "huyen-na-hang",
    "gia-lai": "xa-gao",
    "phu-tho": "xa-tan-pheo",
}

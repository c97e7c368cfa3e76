# SPDX-License-Identifier: MIT
from struct import Struct


def main():
    header, tail = Struct(">BBHII"), Struct(">HI")
    read, write = header.unpack_from, tail.pack_into
    b = bytearray(1200)
    for i in range(100):
        header.pack_into(b, i * 12, 128, i % 128, i * 7, i * 100000, 3735928559 - i)
    total = 0
    for i in range(5000000):
        off = i % 100 * 12
        first, second, seq, ts, ssrc = read(b, off)
        total = (total + (first >> 6) + (second & 127) + seq + ts + ssrc) % 1000003
        write(b, off + 2, (seq + 1) % 65536, (ts + 160) % 4294967296)
    print(total)


main()

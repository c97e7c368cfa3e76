// SPDX-License-Identifier: MIT
// Any octets as an RTP packet, and as the arrivals that a source is counted by.
// What must hold stands in fuzz/wire/check_rtp.braw.
#include "fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_check("rtp", data, size, 20000, 400);
    return 0;
}

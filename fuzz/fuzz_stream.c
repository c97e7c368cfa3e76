// SPDX-License-Identifier: MIT
// Any octets as a stream of SIP messages, in pieces of any size.
// What must hold stands in fuzz/wire/check_stream.braw.
#include "fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_check("stream", data, size, 60000, 2000);
    return 0;
}

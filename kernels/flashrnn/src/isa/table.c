/* The table of one instruction set. */
#include "kernel.h"

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)

const cpu_isa kernel_isa = {
    .architecture = TEXT(CPU_ISA),
    .lanes = LANES,
    .registers = LANES == 16 ? 32 : 16,
    .product = kernel_product,
    .dot = kernel_dot,
    .forward = kernel_forward,
    .backward = kernel_backward,
};

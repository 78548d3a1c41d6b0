/* Runs the trained network as C99 that io::export_c wrote, for a tool chain without C++. */
#include "digits.h"

#include <stdio.h>

/* Grey values from 0 to 16. */
static const unsigned char zero[DIGITS_INPUT_SIZE] = {
    0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0, 8, 8, 0,
    0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0, 0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0, 0, 0};

static float arena[DIGITS_ARENA];

int main(void)
{
    float input[DIGITS_INPUT_SIZE], scores[DIGITS_OUTPUT_SIZE];
    int i, best = 0;
    for (i = 0; i < DIGITS_INPUT_SIZE; ++i)
        input[i] = (float)zero[i] / 16;
    digits(input, scores, arena);
    for (i = 1; i < DIGITS_OUTPUT_SIZE; ++i)
        if (scores[i] > scores[best])
            best = i;
    printf("a zero looks like a %d\n", best);
    return best == 0 ? 0 : 1;
}

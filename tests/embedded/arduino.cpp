// After the macros of Arduino's headers, as they are on SAMD boards: they disturb nothing, and are there afterwards.

#define abs(x) ((x) > 0 ? (x) : -(x))
#define bit(b) (1UL << (b))
#define bitClear(value, bit) ((value) &= ~(1UL << (bit)))
#define bitRead(value, bit) (((value) >> (bit)) & 0x01)
#define bitSet(value, bit) ((value) |= (1UL << (bit)))
#define bitWrite(value, bit, bitvalue) (bitvalue ? bitSet(value, bit) : bitClear(value, bit))
#define constrain(amt, low, high) ((amt) < (low) ? (low) : ((amt) > (high) ? (high) : (amt)))
#define degrees(rad) ((rad)*RAD_TO_DEG)
#define digitalPinToInterrupt(P) (P)
#define F(text) (static_cast<const char*>(text))
#define highByte(w) ((unsigned char)((w) >> 8))
#define interrupts() __enable_irq()
#define lowByte(w) ((unsigned char)((w)&0xff))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define noInterrupts() __disable_irq()
#define radians(deg) ((deg)*DEG_TO_RAD)
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define sq(x) ((x) * (x))
#define word(...) makeWord(__VA_ARGS__)

#define A0 14
#define A1 15
#define A2 16
#define A3 17
#define A4 18
#define A5 19
#define A6 20
#define A7 21
#define B0 0
#define B00 0
#define B1 1
#define B11111111 255
#define CHANGE 2
#define DEFAULT 1
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define DISPLAY 0x1
#define EULER 2.718281828459045235360287471352
#define EXTERNAL 0
#define FALLING 3
#define HALF_PI 1.5707963267948966192313216916398
#define HIGH 0x1
#define INPUT 0x0
#define INPUT_PULLUP 0x2
#define INTERNAL 3
#define LOW 0x0
#define LSBFIRST 0
#define MSBFIRST 1
#define OUTPUT 0x1
#define PI 3.1415926535897932384626433832795
#define RAD_TO_DEG 57.295779513082320876798154814105
#define RISING 4
#define SERIAL 0x0
#define TWO_PI 6.283185307179586476925286766559

// Their names stay theirs in the program, so what is instantiated here was read before.
#include "core.cpp"

static_assert(abs(-3) == 3 && bit(3) == 8 && constrain(5, 1, 3) == 3 && max(1, 2) == 2 && min(1, 2) == 1);
static_assert(round(1.7) == 2 && sq(3) == 9 && B1 == 1 && radians(180.0) > 3.14 && degrees(PI) > 179 && F(0) == nullptr);
static_assert(A0 == 14 && HIGH == 1 && LOW == 0 && INPUT == 0 && OUTPUT == 1);

unsigned long makeWord(unsigned char high, unsigned char low) { return 256UL * high + low; }
unsigned long joined() { return word(1, 2); }

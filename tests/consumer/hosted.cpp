// Needs what burin/burin.hpp needs.

#include <burin/core/error.hpp>

#include <nlohmann/json.hpp>
#include <zlib.h>

int main() {
    try {
        throw burin::Error(nlohmann::json{{"zlib", zlibVersion()}}.dump());
    } catch (const burin::Error& error) {
        return error.what()[0] == '{' ? 0 : 1;
    }
}

int nothing() {
    try {
        return 0;
    } catch (...) {
        return 1;
    }
}

#pragma once

/// A T of its own on the heap, as std::make_unique<T> gives it, for tests with many networks: std::unique_ptr
/// takes a compiler a fiftieth of a second for each.
template <class T>
class OnHeap {
  public:
    OnHeap() : it(new T()) {}
    template <class... Arguments>
    explicit OnHeap(Arguments&&... arguments) : it(new T(static_cast<Arguments&&>(arguments)...)) {}
    OnHeap(OnHeap&& other) noexcept : it(other.it) { other.it = nullptr; }
    ~OnHeap() { delete it; }

    T& operator*() const noexcept { return *it; }
    T* operator->() const noexcept { return it; }

  private:
    T* it;
};

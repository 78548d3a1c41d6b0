// OpenBLAS, or with PEER_BLIS BLIS: products by cblas_?gemm, or ?gemv for one row; then a pass for bias and
// ReLU, or for the bias's gradient.

#include "works.hpp"

#include <cblas.h>
#ifdef PEER_BLIS
#include <blis.h>
#endif

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace {

void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k, const float* a,
          std::size_t lda, const float* b, std::size_t ldb, float* c) {
    cblas_sgemm(CblasRowMajor, ta, tb, int(m), int(n), int(k), 1, a, int(lda), b, int(ldb), 0, c, int(n));
}
void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k,
          const double* a, std::size_t lda, const double* b, std::size_t ldb, double* c) {
    cblas_dgemm(CblasRowMajor, ta, tb, int(m), int(n), int(k), 1, a, int(lda), b, int(ldb), 0, c, int(n));
}

void gemv(CBLAS_TRANSPOSE ta, std::size_t rows, std::size_t columns, const float* a, const float* x,
          float* y) {
    cblas_sgemv(CblasRowMajor, ta, int(rows), int(columns), 1, a, int(columns), x, 1, 0, y, 1);
}
void gemv(CBLAS_TRANSPOSE ta, std::size_t rows, std::size_t columns, const double* a, const double* x,
          double* y) {
    cblas_dgemv(CblasRowMajor, ta, int(rows), int(columns), 1, a, int(columns), x, 1, 0, y, 1);
}

template <class Scalar>
void add_bias_and_relu(peers::Dense<Scalar>& d) {
    Scalar* __restrict y = d.y.data();
    const Scalar* __restrict const bias = d.bias.data();
    for (std::size_t r = 0; r < d.rows; ++r, y += d.outputs)
        for (std::size_t n = 0; n < d.outputs; ++n)
            y[n] = std::max(y[n] + bias[n], Scalar(0));
}

template <class Scalar>
void sum_rows(peers::Dense<Scalar>& d) {
    Scalar* __restrict const db = d.db.data();
    const Scalar* __restrict dy = d.dy.data();
    std::copy_n(dy, d.outputs, db);
    for (std::size_t r = 1; r < d.rows; ++r)
        for (std::size_t n = 0; n < d.outputs; ++n)
            db[n] += dy[r * d.outputs + n];
}

template <class Scalar>
peers::Variants dense(const peers::Request& request) {
    using D = peers::Dense<Scalar>;
    const auto d = std::make_shared<D>(request);
    peers::Variants all;
    const auto add = [&](const char* settings, auto run) {
        all.push_back(peers::stateless(
            settings, [d, run] { run(*d); }, [d, work = request.work] { return d->results(work); }));
    };
    if (request.is("forward")) {
        add("gemm", [](D& p) {
            gemm(CblasNoTrans, CblasNoTrans, p.rows, p.outputs, p.inputs, p.x.data(), p.inputs, p.w.data(),
                 p.outputs, p.y.data());
            add_bias_and_relu(p);
        });
        if (d->rows == 1)
            add("gemv", [](D& p) {
                gemv(CblasTrans, p.inputs, p.outputs, p.w.data(), p.x.data(), p.y.data());
                add_bias_and_relu(p);
            });
    } else if (request.is("weight_gradient")) {
        add("gemm", [](D& p) {
            gemm(CblasTrans, CblasNoTrans, p.inputs, p.outputs, p.rows, p.x.data(), p.inputs, p.dy.data(),
                 p.outputs, p.dw.data());
            sum_rows(p);
        });
    } else if (request.is("input_gradient")) {
        add("gemm", [](D& p) {
            gemm(CblasNoTrans, CblasTrans, p.rows, p.inputs, p.outputs, p.dy.data(), p.outputs, p.w.data(),
                 p.outputs, p.dx.data());
        });
        if (d->rows == 1)
            add("gemv",
                [](D& p) { gemv(CblasNoTrans, p.inputs, p.outputs, p.w.data(), p.dy.data(), p.dx.data()); });
    }
    return all;
}

std::string about() {
#ifdef PEER_BLIS
    return "BLIS " + std::string(bli_info_get_version_str()) + ", its " +
           bli_arch_string(bli_arch_query_id()) + " kernels";
#else
    std::string config = openblas_get_config();
    return config.substr(0, config.find(' ', 9)) + ", its " + openblas_get_corename() + " kernels";
#endif
}

} // namespace

int main() {
    return peers::serve(about(), [](const peers::Request& request) {
        return !request.is_product() ? peers::Variants{}
               : request.in_double   ? dense<double>(request)
                                     : dense<float>(request);
    });
}

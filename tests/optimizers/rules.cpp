#include "optimizers/check_path.hpp"
#include "reference/optimizer_rules.hpp"

#include "burin/optimizers/adadelta.hpp"
#include "burin/optimizers/adamax.hpp"
#include "burin/optimizers/amsgrad.hpp"
#include "burin/optimizers/centered_rmsprop.hpp"
#include "burin/optimizers/dampened_momentum.hpp"
#include "burin/optimizers/lion.hpp"
#include "burin/optimizers/nadam.hpp"
#include "burin/optimizers/radam.hpp"
#include "burin/optimizers/rmsprop_momentum.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

using namespace burin::optimizers;
namespace r = reference::optimizer_rules;

TEST_CASE("Adamax: 100 steps agree with PyTorch") {
    check_variants<Adamax>(r::adamax, r::adamax_decay, r::adamax_clip_value, r::adamax_clip_norm);
}
TEST_CASE("NAdam: 100 steps agree with PyTorch") {
    check_variants<NAdam>(r::nadam, r::nadam_decay, r::nadam_clip_value, r::nadam_clip_norm);
    check_path(NAdam{.weight_decay = 0.1, .decoupled_weight_decay = true}, r::nadam_decoupled);
    check_path(NAdam{.momentum_decay = 0}, r::nadam_constant);
}
TEST_CASE("RAdam: 100 steps agree with PyTorch") {
    check_variants<RAdam>(r::radam, r::radam_decay, r::radam_clip_value, r::radam_clip_norm);
    check_path(RAdam{.weight_decay = 0.1, .decoupled_weight_decay = true}, r::radam_decoupled);
    check_path(RAdam{.beta2 = 0.5}, r::radam_never_rectified);
}
TEST_CASE("AMSGrad: 100 steps agree with PyTorch") {
    check_variants<AMSGrad>(r::amsgrad, r::amsgrad_decay, r::amsgrad_clip_value, r::amsgrad_clip_norm);
    check_path(AMSGrad{.weight_decay = 0.1, .decoupled_weight_decay = true}, r::amsgrad_decoupled);
}
TEST_CASE("Adadelta: 100 steps agree with PyTorch") {
    check_variants<Adadelta>(r::adadelta, r::adadelta_decay, r::adadelta_clip_value, r::adadelta_clip_norm);
}
TEST_CASE("Lion: 100 steps agree with lion-pytorch") {
    check_variants<Lion>(r::lion, r::lion_decay, r::lion_clip_value, r::lion_clip_norm);
}
TEST_CASE("DampenedMomentum: 100 steps agree with PyTorch") {
    check_variants<DampenedMomentum>(r::dampened, r::dampened_decay, r::dampened_clip_value,
                                     r::dampened_clip_norm);
}
TEST_CASE("CenteredRMSprop: 100 steps agree with PyTorch") {
    check_variants<CenteredRMSprop>(r::centered, r::centered_decay, r::centered_clip_value,
                                    r::centered_clip_norm);
}
TEST_CASE("RMSpropMomentum: 100 steps agree with PyTorch") {
    check_variants<RMSpropMomentum>(r::rmsprop_momentum, r::rmsprop_momentum_decay,
                                    r::rmsprop_momentum_clip_value, r::rmsprop_momentum_clip_norm);
}
TEST_CASE("CenteredRMSpropMomentum: 100 steps agree with PyTorch") {
    check_variants<CenteredRMSpropMomentum>(r::centered_momentum, r::centered_momentum_decay,
                                            r::centered_momentum_clip_value, r::centered_momentum_clip_norm);
}

TEST_CASE("NAdam: the product of its momenta is what it is factor by factor") {
    for (const double momentum_decay : {0.0, 1e-12, 1e-6, 4e-3, 0.1, 1.0, 30.0}) {
        const double log_q = std::log(0.96) * momentum_decay;
        double product = 1;
        for (int n = 1; n <= 300; ++n) {
            product *= 1 - 0.5 * std::pow(0.96, n * momentum_decay);
            const double closed = detail::product_of_warm_up(log_q, n);
            INFO("momentum_decay " << momentum_decay << ", " << n << " factors: expected " << product
                                   << ", got " << closed);
            REQUIRE(std::abs(closed / product - 1) <= 1e-12);
        }
    }
}

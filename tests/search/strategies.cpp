#include "burin/search/strategies.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace burin::search;

TEST_CASE("Hyperband: the brackets of the paper's table, with R = 81 and eta = 3") {
    CHECK(Hyperband{.most = 81, .eta = 3}.brackets(0) ==
          std::vector<Bracket>{{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}},
                               {{34, 3}, {11, 9}, {3, 27}, {1, 81}},
                               {{15, 9}, {5, 27}, {1, 81}},
                               {{8, 27}, {2, 81}},
                               {{5, 81}}});
}

TEST_CASE("Hyperband: of budgets that are no power of eta, and the least there are") {
    CHECK(Hyperband{.most = 1}.brackets(0) == std::vector<Bracket>{{{1, 1}}});
    CHECK(Hyperband{.most = 2, .eta = 3}.brackets(0) == std::vector<Bracket>{{{1, 2}}});
    CHECK(Hyperband{.most = 10, .eta = 3}.brackets(0) ==
          std::vector<Bracket>{{{9, 1}, {3, 3}, {1, 10}}, {{5, 3}, {1, 10}}, {{3, 10}}});
    CHECK(Hyperband{.most = 16, .eta = 4}.brackets(0) ==
          std::vector<Bracket>{{{16, 1}, {4, 4}, {1, 16}}, {{6, 4}, {1, 16}}, {{3, 16}}});
    CHECK(error_of([] { Hyperband{.most = 0}.brackets(0); }) ==
          "Hyperband: expected budgets from 1 on, the least first, got 1 and 0");
    CHECK(error_of([] { Hyperband{.eta = 1}.brackets(0); }) ==
          "Hyperband: expected an eta of at least 2, got 1");
}

TEST_CASE("SuccessiveHalving: ends at the largest budget or at the last trial") {
    CHECK(SuccessiveHalving{.trials = 27, .least = 1, .most = 27}.brackets(0) ==
          std::vector<Bracket>{{{27, 1}, {9, 3}, {3, 9}, {1, 27}}});
    CHECK(SuccessiveHalving{.trials = 4, .least = 5, .most = 1000, .eta = 2}.brackets(0) ==
          std::vector<Bracket>{{{4, 5}, {2, 10}, {1, 20}}});
    CHECK(SuccessiveHalving{.trials = 100, .least = 2, .most = 10, .eta = 2}.brackets(0) ==
          std::vector<Bracket>{{{100, 2}, {50, 4}, {25, 8}}});
    CHECK(error_of([] { SuccessiveHalving{.least = 3, .most = 2}.brackets(0); }) ==
          "SuccessiveHalving: expected budgets from 1 on, the least first, got 3 and 2");
}

TEST_CASE("Grid and Random: one rung") {
    CHECK(Grid{.budget = 5}.brackets(12) == std::vector<Bracket>{{{12, 5}}});
    CHECK(Random{.trials = 7, .budget = 2}.brackets(0) == std::vector<Bracket>{{{7, 2}}});
}

#pragma once

#include "burin/graph/forms.hpp"

namespace burin::detail {

/// A form with each of its parts replaced by `Rule<Part>::type`; what has no parts stays. A rule derives from
/// this for whatever it says nothing of itself, and so goes through whole networks.
template <template <class> class Rule, class Form>
struct MapParts {
    using type = Form;
};

template <template <class> class Rule, template <class...> class Form, class... Parts>
struct MapParts<Rule, Form<Parts...>> {
    using type = Form<typename Rule<Parts>::type...>;
};

template <template <class> class Rule, FixedString Name, class LayerType, class Sources, class Weights>
struct MapParts<Rule, Node<Name, LayerType, Sources, Weights>> {
    using type = Node<Name, typename Rule<LayerType>::type, Sources, Weights>;
};

} // namespace burin::detail

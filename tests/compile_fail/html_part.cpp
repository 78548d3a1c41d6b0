// expect: report::html: expected a part that has a section, such as a `History`, or a `report::Section` of a title and HTML, got `int`
#include "burin/report/html.hpp"

using namespace burin;

void write(const History& history) {
    report::html("run.html", history, 3);
}

// The headers that the bindings are made from. What is bound is listed in includes.conf.
#include "oneapi/dnnl/dnnl.h"

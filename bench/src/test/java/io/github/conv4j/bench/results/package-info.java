@NullMarked
package io.github.conv4j.bench.results;

import org.jspecify.annotations.NullMarked;

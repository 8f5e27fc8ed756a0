@NullMarked
package io.github.conv4j.bench.report;

import org.jspecify.annotations.NullMarked;

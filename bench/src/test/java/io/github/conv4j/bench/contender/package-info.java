/** Tests of the package of the same name. */
@NullMarked
package io.github.conv4j.bench.contender;

import org.jspecify.annotations.NullMarked;

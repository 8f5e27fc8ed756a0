/** The one thread pool, and the budgets that engines give to it. */
@NullMarked
package io.github.conv4j.internal.parallel;

import org.jspecify.annotations.NullMarked;

/**
 * What engines and caches of prepared networks hold and do, as meters of Micrometer. Meters are
 * gauges that ask when they are read: a call of an engine costs nothing more for them.
 *
 * @see <a href="https://docs.micrometer.io/micrometer/reference/">Micrometer</a>
 */
@NullMarked
package io.github.conv4j.micrometer;

import org.jspecify.annotations.NullMarked;

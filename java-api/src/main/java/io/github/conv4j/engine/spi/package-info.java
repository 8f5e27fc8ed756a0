/** What the author of an engine gets, besides the interfaces of {@link io.github.conv4j.engine}. */
@NullMarked
package io.github.conv4j.engine.spi;

import org.jspecify.annotations.NullMarked;

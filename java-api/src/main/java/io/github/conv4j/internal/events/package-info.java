/** What happens, as events of the JDK's Flight Recorder; knows nothing of conv4j. */
@NullMarked
package io.github.conv4j.internal.events;

import org.jspecify.annotations.NullMarked;

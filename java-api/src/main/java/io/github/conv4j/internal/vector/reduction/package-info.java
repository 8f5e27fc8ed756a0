/** Many input channels to few output channels: lanes are input channels, and are added up. */
@NullMarked
package io.github.conv4j.internal.vector.reduction;

import org.jspecify.annotations.NullMarked;

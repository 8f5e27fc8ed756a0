/**
 * The oneDNN engine.
 *
 * <p>{@link io.github.conv4j.onednn.NativeLibrary} loads the library, once and lazily, and says how
 * that went as a value. {@link io.github.conv4j.onednn.NativeAccess} makes every restricted call of
 * this module that jextract did not generate.
 */
@NullMarked
package io.github.conv4j.onednn;

import org.jspecify.annotations.NullMarked;

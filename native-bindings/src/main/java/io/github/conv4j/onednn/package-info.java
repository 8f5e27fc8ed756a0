/**
 * The oneDNN engine.
 *
 * <p>{@link io.github.conv4j.onednn.NativeLibrary} opens the library, once and lazily, and says how
 * that went as a value. {@link io.github.conv4j.onednn.DnnlLibrary} lists the functions that are
 * called, {@link io.github.conv4j.onednn.Dnnl} checks the calls, and {@link
 * io.github.conv4j.onednn.NativeAccess} makes every restricted call of this module.
 */
@NullMarked
package io.github.conv4j.onednn;

import org.jspecify.annotations.NullMarked;

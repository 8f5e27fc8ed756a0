/**
 * Engines: finding one, asking what it supports, preparing convolutions on it.
 *
 * <p>Engines are found through {@link java.util.ServiceLoader} by their {@link
 * io.github.conv4j.engine.EngineProvider}. Whether one can start is a value, never a crash.
 */
@NullMarked
package io.github.conv4j.engine;

import org.jspecify.annotations.NullMarked;

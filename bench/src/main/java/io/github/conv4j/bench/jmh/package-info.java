/**
 * The JMH benchmarks: {@code ./conv4j jmh}.
 *
 * <p>Each forked JVM measures one problem with one engine, so that what the compiler learns from
 * one cannot help or hurt another. Clients that call at once: {@code -t}. Allocation: {@code -prof
 * gc}.
 */
@NullMarked
package io.github.conv4j.bench.jmh;

import org.jspecify.annotations.NullMarked;

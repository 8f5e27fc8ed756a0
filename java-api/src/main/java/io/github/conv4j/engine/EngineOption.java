package io.github.conv4j.engine;

/**
 * Choices that only one engine, or one kind of engine, knows: carried by {@link EngineOptions#with}
 * and ignored by every other engine.
 *
 * <p>An implementation is a final, immutable class with {@code equals}, {@code hashCode} and {@code
 * toString}, made by a {@code defaults()} and changed by {@code with...} methods, as {@link Tuning}
 * is.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A value out of its
 * range is refused with {@link IllegalArgumentException} where it is given.
 */
public interface EngineOption {}

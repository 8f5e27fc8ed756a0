/**
 * Writes kernels: a typed layer over {@link java.lang.classfile}, so that a register block of any
 * size, width, tail and epilogue comes from one text.
 *
 * <p>A value is an expression, which is computed anew at each use; {@link KernelCode#local} keeps
 * one. Nothing here knows a family of kernels.
 */
@NullMarked
package io.github.conv4j.internal.vector.code;

import org.jspecify.annotations.NullMarked;

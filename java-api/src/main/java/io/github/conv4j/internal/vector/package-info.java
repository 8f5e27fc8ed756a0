/**
 * The fast engine in pure Java. {@code VectorKernels} is the only importer of the Vector API;
 * without that module {@code ScalarKernels} does the same work in loops that the JIT compiler
 * vectorises.
 */
@NullMarked
package io.github.conv4j.internal.vector;

import org.jspecify.annotations.NullMarked;

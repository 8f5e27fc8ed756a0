/**
 * The fast engine in pure Java: which plan computes a problem, in vector or in scalar loops. Each
 * family of plans has a package below this one that knows no other family. Only classes whose names
 * begin with {@code Vector} use the Vector API, and the kernels that are written at run time; they
 * are loaded only where its module is.
 */
@NullMarked
package io.github.conv4j.internal.vector;

import org.jspecify.annotations.NullMarked;

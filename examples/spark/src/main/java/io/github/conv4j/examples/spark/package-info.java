/** Networks over folders of pictures, with Apache Spark. */
@NullMarked
package io.github.conv4j.examples.spark;

import org.jspecify.annotations.NullMarked;

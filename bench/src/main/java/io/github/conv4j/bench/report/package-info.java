/** What a tour leaves behind: table, charts, pictures, page. */
@NullMarked
package io.github.conv4j.bench.report;

import org.jspecify.annotations.NullMarked;

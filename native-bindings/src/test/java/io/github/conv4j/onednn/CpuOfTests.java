package io.github.conv4j.onednn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A CPU of which oneDNN tells other instructions than it has. */
final class CpuOfTests {
  private CpuOfTests() {}

  /** Runs something while oneDNN tells of these instructions. */
  static void withInstructions(int isa, Runnable run) {
    DnnlLibrary[] before = new DnnlLibrary[1];
    DnnlLibrary told =
        (DnnlLibrary)
            Proxy.newProxyInstance(
                DnnlLibrary.class.getClassLoader(),
                new Class<?>[] {DnnlLibrary.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("getEffectiveCpuIsa")) {
                    return isa;
                  }
                  try {
                    return method.invoke(before[0], arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    before[0] = Dnnl.replace(told);
    try {
      run.run();
    } finally {
      Dnnl.replace(before[0]);
    }
  }
}

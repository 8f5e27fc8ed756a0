package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.BYTE_ORDER;
import static io.github.conv4j.internal.vector.code.Names.FLOAT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.LOOP_STEP;
import static io.github.conv4j.internal.vector.code.Names.MATH;
import static io.github.conv4j.internal.vector.code.Names.VAR_HANDLE;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_MASK;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SHUFFLE;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SPECIES;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_WIDTH;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The text of one kernel while it is written: its parameters, variables and loops.
 *
 * <p>Parameters are counted from 0 in the order of the method that the kernel implements.
 */
public final class KernelCode {
  private final CodeBuilder builder;
  private final Class<?>[] parameters;
  private final Confinement confinement;

  KernelCode(CodeBuilder builder, Class<?>[] parameters, Confinement confinement) {
    this.builder = builder;
    this.parameters = parameters;
    this.confinement = confinement;
  }

  CodeBuilder builder() {
    return builder;
  }

  /** A parameter of type int. */
  public Int integer(int parameter) {
    require(parameter, int.class);
    return new Int(this, () -> builder.iload(builder.parameterSlot(parameter)));
  }

  /** A parameter of type long. */
  public Wide wide(int parameter) {
    require(parameter, long.class);
    return new Wide(this, () -> builder.lload(builder.parameterSlot(parameter)));
  }

  /** A parameter of type float. */
  public Real real(int parameter) {
    require(parameter, float.class);
    return new Real(this, () -> builder.fload(builder.parameterSlot(parameter)));
  }

  /** A parameter of type float[]. */
  public Floats floats(int parameter) {
    require(parameter, float[].class);
    return new Floats(this, reference(parameter));
  }

  /** A parameter of type int[]. */
  public Ints ints(int parameter) {
    require(parameter, int[].class);
    return new Ints(this, reference(parameter));
  }

  /** A parameter of type MemorySegment. */
  public Segment segment(int parameter) {
    require(parameter, MemorySegment.class);
    return new Segment(this, reference(parameter));
  }

  /**
   * Asks once more whether a segment is confined to a thread, before a loop: what was asked at the
   * beginning of a long text C2 finds too late (docs/adr/0059).
   */
  public void askForOwner(int parameter) {
    require(parameter, MemorySegment.class);
    confinement.ask(builder, parameter);
  }

  /**
   * Goes on in another kernel of the same text where an operand of a post-op is confined to a
   * thread. It is asked before anything is stored, and may be asked again.
   */
  void askForOwner(Segment operand) {
    confinement.askOfOperand(builder, operand::push);
  }

  /** A parameter whose fields the kernel reads. */
  public Fields fields(int parameter) {
    return new Fields(this, parameters[parameter], reference(parameter));
  }

  private Runnable reference(int parameter) {
    return () -> builder.aload(builder.parameterSlot(parameter));
  }

  private void require(int parameter, Class<?> type) {
    if (parameters[parameter] != type) {
      throw new AssertionError(
          "parameter %d is %s, not %s".formatted(parameter, parameters[parameter], type));
    }
  }

  /** A constant. */
  public Int constant(int value) {
    return new Int(this, () -> builder.loadConstant(value));
  }

  /** A constant. */
  public Wide constant(long value) {
    return new Wide(this, () -> builder.loadConstant(value));
  }

  /** A constant. */
  public Real constant(float value) {
    return new Real(this, () -> builder.loadConstant(value));
  }

  /** A variable that begins with a value. */
  public IntVariable local(Int value) {
    var variable = new IntVariable(this, builder.allocateLocal(TypeKind.INT));
    variable.set(value);
    return variable;
  }

  /** A variable that begins with a value. */
  public WideVariable local(Wide value) {
    var variable = new WideVariable(this, builder.allocateLocal(TypeKind.LONG));
    variable.set(value);
    return variable;
  }

  /** A variable that begins with a value. */
  public VectorVariable local(Vector value) {
    var variable = new VectorVariable(this, builder.allocateLocal(TypeKind.REFERENCE));
    variable.set(value);
    return variable;
  }

  /** A constant that is computed once. */
  public Mask local(Mask value) {
    int slot = local(value, TypeKind.REFERENCE);
    return new Mask(this, () -> builder.aload(slot));
  }

  /** A reference that is read once. */
  public Floats local(Floats value) {
    int slot = local(value, TypeKind.REFERENCE);
    return new Floats(this, () -> builder.aload(slot));
  }

  /** A reference that is read once. */
  public Ints local(Ints value) {
    int slot = local(value, TypeKind.REFERENCE);
    return new Ints(this, () -> builder.aload(slot));
  }

  /** A reference that is read once. */
  public Segment local(Segment value) {
    int slot = local(value, TypeKind.REFERENCE);
    return new Segment(this, () -> builder.aload(slot));
  }

  /** A reference that is read once. */
  public Wides local(Wides value) {
    int slot = local(value, TypeKind.REFERENCE);
    return new Wides(this, () -> builder.aload(slot));
  }

  private int local(Value value, TypeKind kind) {
    int slot = builder.allocateLocal(kind);
    value.push();
    builder.storeLocal(kind, slot);
    return slot;
  }

  /** As many variables as asked for. */
  public VectorVariable[] locals(int count, IntFunction<Vector> value) {
    var variables = new VectorVariable[count];
    for (int i = 0; i < count; i++) {
      variables[i] = local(value.apply(i));
    }
    return variables;
  }

  /** {@code for (int i = begin; i < end; i += step)}, which C2 may unroll. */
  public void loop(Int begin, Int end, int step, Consumer<Int> body) {
    IntVariable last = local(end);
    IntVariable i = local(begin);
    Label top = builder.newLabel();
    Label out = builder.newLabel();
    builder.labelBinding(top);
    i.push();
    last.push();
    builder.if_icmpge(out);
    body.accept(i);
    i.add(step);
    builder.goto_(top);
    builder.labelBinding(out);
  }

  /** {@code for (int element : array)}. */
  public void each(Ints array, Consumer<Int> body) {
    Ints all = local(array);
    loop(constant(0), length(all), 1, index -> body.accept(local(all.at(index))));
  }

  private Int length(Ints array) {
    return new Int(
        this,
        () -> {
          array.push();
          builder.arraylength();
        });
  }

  /**
   * {@code int i = begin; do ... while ((i += step) < end)}, which runs once at least: with a step
   * that is no constant to C2 it neither unrolls the loop nor splits it.
   */
  public void loopAsWritten(Int begin, Int end, int step, Consumer<Int> body) {
    IntVariable stride = local(unknown(step));
    IntVariable last = local(end);
    IntVariable i = local(begin);
    Label top = builder.newLabel();
    builder.labelBinding(top);
    body.accept(i);
    i.set(i.plus(stride));
    i.push();
    last.push();
    builder.if_icmplt(top);
  }

  /**
   * C2 makes no load that follows before this, where it else makes them as early as it can, until
   * no register is left for sums. No instruction on x86; loads from arrays alone gain by it, those
   * from segments check again whether the segment lives.
   */
  public void holdLoads() {
    builder.invokestatic(VAR_HANDLE, "loadLoadFence", MethodTypeDesc.of(CD_void));
  }

  /** A number that is no constant to C2. */
  public Int unknown(int value) {
    Int one =
        new Int(this, () -> builder.invokestatic(LOOP_STEP, "one", MethodTypeDesc.of(CD_int)));
    return one.times(value);
  }

  /** {@code do ... while (i != end)}, which C2 leaves as it is written, too. */
  public void repeatUntilEqual(Int i, Int end, Runnable body) {
    Label top = builder.newLabel();
    builder.labelBinding(top);
    body.run();
    i.push();
    end.push();
    builder.if_icmpne(top);
  }

  /** {@code if (a >= b)}. */
  public void ifAtLeast(Int a, Int b, Runnable body) {
    Label out = builder.newLabel();
    a.push();
    b.push();
    builder.if_icmplt(out);
    body.run();
    builder.labelBinding(out);
  }

  /** The lanes below a number. */
  public Mask lanesBelow(Int count) {
    return new Mask(
        this,
        () -> {
          species().push();
          builder.iconst_0();
          count.push();
          builder.invokeinterface(
              VECTOR_SPECIES, "indexInRange", MethodTypeDesc.of(VECTOR_MASK, CD_int, CD_int));
        });
  }

  /** The upper half of the lanes. */
  Mask upperLanes() {
    return new Mask(this, () -> builder.getstatic(VECTOR_WIDTH, "UPPER", VECTOR_MASK));
  }

  /** The upper half of each half of the lanes. */
  Mask upperLanesOfHalves() {
    return new Mask(this, () -> builder.getstatic(VECTOR_WIDTH, "UPPER_OF_HALVES", VECTOR_MASK));
  }

  /** All lanes if {@code a > b}, else none. */
  public Mask allIfGreater(Int a, Int b) {
    return new Mask(
        this,
        () -> {
          Label none = builder.newLabel();
          Label out = builder.newLabel();
          a.push();
          b.push();
          builder.if_icmple(none);
          builder.getstatic(VECTOR_WIDTH, "ALL", VECTOR_MASK);
          builder.goto_(out);
          builder.labelBinding(none);
          builder.getstatic(VECTOR_WIDTH, "NONE", VECTOR_MASK);
          builder.labelBinding(out);
        });
  }

  /** A static field of a class that the kernel may see: to C2 a constant if it is final. */
  public Shuffle shuffle(Class<?> holder, String field) {
    return new Shuffle(
        this,
        () -> builder.getstatic(holder.describeConstable().orElseThrow(), field, VECTOR_SHUFFLE));
  }

  Vector broadcast(Real value) {
    return new Vector(
        this,
        () -> {
          species().push();
          value.push();
          builder.invokestatic(
              FLOAT_VECTOR, "broadcast", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR_SPECIES, CD_float));
        });
  }

  /** The species of all vectors. */
  Species species() {
    return new Species(this, () -> builder.getstatic(VECTOR_WIDTH, "SPECIES", VECTOR_SPECIES));
  }

  void pushOrder() {
    builder.getstatic(VECTOR_WIDTH, "ORDER", BYTE_ORDER);
  }

  static void minimum(CodeBuilder builder) {
    builder.invokestatic(MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
  }

  static void maximum(CodeBuilder builder) {
    builder.invokestatic(MATH, "max", MethodTypeDesc.of(CD_int, CD_int, CD_int));
  }

  static void minimumWide(CodeBuilder builder) {
    builder.invokestatic(MATH, "min", MethodTypeDesc.of(CD_long, CD_long, CD_long));
  }
}

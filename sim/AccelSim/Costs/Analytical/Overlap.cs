namespace AccelSim.Costs.Analytical;

/// <summary>Puts the parts of a kernel together.</summary>
internal static class Overlap
{
    /// <summary>
    /// A smooth maximum (the third root of the sum of cubes) on top of what nothing hides.
    /// </summary>
    /// <remarks>
    /// Engines that work at the same time still wait for each other now and then: where two need
    /// equally long, the kernel takes a quarter longer than either; where one needs twice as long,
    /// 4 %. The exponent is the one that measured GPU kernels ask for, about three.
    /// </remarks>
    public static KernelTime Of(
        double fixedPart, double matrix, double vector, double memory, double cache) => new()
        {
            Fixed = fixedPart,
            Matrix = matrix,
            Vector = vector,
            Memory = memory,
            Cache = cache,
            Seconds = fixedPart + Math.Cbrt(
                Cube(matrix) + Cube(vector) + Cube(memory) + Cube(cache)),
        };

    private static double Cube(double value) => value * value * value;
}

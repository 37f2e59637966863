using AccelSim.Units;

namespace AccelSim.Models;

internal sealed partial class GraphBuilder
{
    /// <summary>The text encoder reads the prompt; it shares the embedding table.</summary>
    private void Encoder()
    {
        var stack = new Stack("encoder.", new Rows(RowSource.PrefillTokens), model.Hidden,
            StackRole.Encoder);
        Embedding(stack, holdsTable: false);
        Layers(stack, model.EncoderLayers);
        Norm(stack, "final.norm", 1, model.FinalNorm, stack.Width);
    }

    private void Vision(VisionShape vision)
    {
        var stack = new Stack("vision.", new Rows(RowSource.Images, vision.Tokens), vision.Hidden,
            StackRole.Vision, vision.Tokens);
        Patches(vision);
        for (var norm = 0; norm < vision.StackNorms; norm++)
            Norm(stack, "stack_norm", 1, NormKind.Layer, vision.Hidden);
        Layers(stack, vision.Layers);
        Project(vision);
    }

    private void Patches(VisionShape vision)
    {
        var patches = vision.Tokens - (vision.ClassToken ? 1 : 0);
        var pixels = (long)vision.Patch * vision.Patch * vision.Channels;
        var weights = pixels * vision.Hidden + (vision.PatchBias ? vision.Hidden : 0);
        var positions = (long)vision.Tokens * vision.Hidden;
        var classes = vision.ClassToken ? vision.Hidden : 0;
        Add("vision.patches", 1, (name, n) => new RowTemplate(
            name, n, OperatorKind.Convolution, new Rows(RowSource.Images, patches), new RowCost
            {
                Width = vision.Hidden,
                Compute = formats.Activation,
                MatrixFlops = 2 * pixels * vision.Hidden,
                VectorFlops = vision.Hidden,
                Input = pixels * _bits / 8,
                Output = (long)vision.Hidden * _bits / 8,
                Weights = Plain().Storage.Of(weights + positions + classes),
                Parameters = weights + positions + classes,
                Resident = Plain().Storage.Of(weights + positions + classes),
            }));
    }

    /// <summary>The projector is small; every rank computes all of it.</summary>
    private void Project(VisionShape vision)
    {
        var rows = new Rows(RowSource.Images, vision.OutputTokens);
        var widths = vision.ProjectorWidths;
        if (vision.ProjectorNorm)
        {
            ElementWise("vision.projector.norm", 1, rows, widths[0], widths[0],
                (long)widths[0] * VectorWork.RmsNorm, widths[0]);
        }
        for (var i = 1; i < widths.Count; i++)
        {
            if (i > 1)
            {
                ElementWise("vision.projector.activation", 1, rows, widths[i - 1], widths[i - 1],
                    (long)widths[i - 1] * VectorWork.Activation);
            }
            Linear($"vision.projector.{i}", 1, rows, widths[i], widths[i - 1],
                Plain(vision.ProjectorBias ? widths[i] : 0));
        }
    }
}

"""What can be said of the figures that matplotlib holds: plain data, read where they are.

A figure does not cross the sandbox's boundary. So a cell of ours reads its axes after the candidate: titles,
labels, scales, and the data that is drawn. It runs beside the candidate and believes what it finds, like
everything that a run says of itself. What is neither line, patch, collection, image nor text is only counted.
"""

NAME = "Plots"
"""Under this name figures stand among the outputs: a list of figures, each a list of its axes."""

_READ = """
def _numbers(values):
    try:
        import numpy
        return numpy.asarray(values).ravel()[:1000].tolist()
    except Exception as error:
        return type(error).__name__

def _axes(axes):
    told = {"title": axes.get_title(), "xlabel": axes.get_xlabel(), "ylabel": axes.get_ylabel(),
            "xscale": axes.get_xscale(), "yscale": axes.get_yscale()}
    told["lines"] = [{"label": str(line.get_label()), "x": _numbers(line.get_xdata()),
                      "y": _numbers(line.get_ydata())} for line in axes.lines[:100]]
    told["patches"] = [[float(n) for n in patch.get_bbox().bounds] if hasattr(patch, "get_bbox") else
                       type(patch).__name__ for patch in axes.patches[:1000]]
    told["collections"] = [{"kind": type(each).__name__, "offsets": _numbers(each.get_offsets())}
                           for each in axes.collections[:100]]
    told["images"] = [list(map(int, image.get_size())) for image in axes.images[:100]]
    told["texts"] = [text.get_text() for text in axes.texts[:100]]
    legend = axes.get_legend()
    told["legend"] = [text.get_text() for text in legend.get_texts()] if legend else []
    told["ticks"] = [text.get_text() for text in axes.get_xticklabels()][:100] if told["patches"] else []
    return {key: value for key, value in told.items() if value}

try:
    import sys
    # Asking pyplot would make another figure the current one
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    figures = sorted(helpers.Gcf.figs.items()) if helpers else []
    found = [[_axes(axes) for axes in manager.canvas.figure.axes[:50]] for _, manager in figures[:20]]
except Exception as error:
    found = "the figures cannot be read: %s: %s" % (type(error).__name__, error)
"""

CELL = f"(lambda space: (__builtins__['exec']({_READ!r}, space), space['found'])[1])({{}})"
"""A cell that shows what the figures hold: a list, or words that say why they cannot be read.

It binds no name, and needs none that a program may have bound to something else.
"""

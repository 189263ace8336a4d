"""What each network is trained on."""
import cells
import nuclei


def examples(task, data, fold, seed, synthetic=(), usual=None):
    """usual: how large adherent cells are to be, where it is not as large as the first networks see them."""
    cells.CANONICAL = usual or cells.CANONICAL
    if task == "nuclei":
        return nuclei.examples(data, fold, seed, synthetic)
    return cells.examples(data, fold, seed, synthetic, clear=task == "phase")

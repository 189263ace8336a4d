"""What each network is trained on."""
import cells
import nuclei


def examples(task, data, fold, seed, synthetic=()):
    if task == "nuclei":
        return nuclei.examples(data, fold, seed, synthetic)
    return cells.examples(data, fold, seed, synthetic, clear=task == "phase")

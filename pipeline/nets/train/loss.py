"""What training makes small: errors of the foreground and of the height, most of all where cells meet (`place`)."""
import torch
import torch.nn.functional as F

HEIGHT = 4.0  # weight of the height


def loss_of(y, foreground, height, place, weight=HEIGHT):
    p = torch.sigmoid(y[:, 0])
    entropy = F.binary_cross_entropy_with_logits(y[:, 0], foreground, place)
    dice = 1 - (2 * (p * foreground).sum() + 1) / (p.sum() + foreground.sum() + 1)
    return entropy + 0.5 * dice + weight * ((y[:, 1] - height) ** 2 * place * (1 + 4 * foreground)).mean()

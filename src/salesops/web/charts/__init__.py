"""Charts: plain figures in, SVG text out; themed by style sheet, without a script and without inline style."""

/* What was chosen goes back to the learning platform by itself; without scripts its button does the same. */
document.getElementById("picked").submit();

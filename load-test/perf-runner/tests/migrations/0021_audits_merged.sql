update audits set merged = 2;

module postgres

go 1.26.0

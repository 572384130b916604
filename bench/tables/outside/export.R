# Tables of R packages that the recipe was not developed on, as CSV, with an index: `Rscript export.R FOLDER`.
# On Debian: r-base-core r-cran-mass r-cran-survival r-cran-rpart r-cran-aer r-cran-mlbench r-cran-ggplot2.
suppressMessages({library(MASS); library(mlbench); library(survival); library(rpart); library(AER); library(ggplot2)})
folder <- commandArgs(TRUE)[1]
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
index <- file.path(folder, 'index.csv')
cat('name,target,task\n', file = index)

# Rows in a drawn order, of those whose target is known the first 4000; `drop`: what says the target by another name
keep <- function(name, table, target, drop = c()) {
  table <- as.data.frame(table)
  table <- table[!is.na(table[[target]]), setdiff(names(table), drop), drop = FALSE]
  set.seed(7)
  table <- head(table[sample(nrow(table)), ], 4000)
  write.csv(table, file.path(folder, paste0(name, '.csv')), row.names = FALSE, na = '')
  task <- if (is.numeric(table[[target]])) 'regression' else 'classification'
  cat(name, ',', target, ',', task, '\n', sep = '', file = index, append = TRUE)
}

data(BostonHousing); keep('boston', BostonHousing, 'medv')
data(Ozone); keep('ozone', Ozone, 'V4')
data(Affairs); keep('affairs', Affairs, 'affairs')
data(DoctorVisits); keep('doctorvisits', DoctorVisits, 'visits')
data(CPS1985); keep('wages', CPS1985, 'wage')
data(HousePrices); keep('houseprices', HousePrices, 'price')
keep('diamonds', diamonds, 'price')
keep('mpg', mpg, 'hwy', 'cty')
keep('airquality', airquality, 'Ozone')
data(RecreationDemand); keep('recreation', RecreationDemand, 'trips')
keep('car90', car90, 'Price', 'Model2')
data(PimaIndiansDiabetes2); keep('pima', PimaIndiansDiabetes2, 'diabetes')
data(Glass); keep('glass', transform(Glass, Type = paste0('t', Type)), 'Type')
data(HouseVotes84); keep('votes', HouseVotes84, 'Class')
data(Soybean); keep('soybean', Soybean, 'Class')
data(Vehicle); keep('vehicle', Vehicle, 'Class')
data(HMDA); keep('hmda', HMDA, 'deny')
keep('kyphosis', kyphosis, 'Kyphosis')
data(BreastCancer); keep('breast', BreastCancer, 'Class')
data(Zoo); keep('zoo', Zoo, 'type')
births <- transform(birthwt, low = ifelse(low == 1, 'low', 'normal'), race = c('white', 'black', 'other')[race])
keep('birthwt', births, 'low', 'bwt')
deaths <- transform(subset(colon, etype == 2), status = ifelse(status == 1, 'dead', 'alive'), sex = ifelse(sex == 1, 'm', 'f'))
keep('colon', deaths, 'status', c('id', 'etype', 'study', 'time'))
data(Satellite); keep('satellite', Satellite, 'classes')
data(PSID1976); keep('participation', PSID1976, 'participation', c('hours', 'wage', 'repwage'))
keep('midwest', transform(midwest, inmetro = ifelse(inmetro == 1, 'yes', 'no')), 'inmetro', 'PID')
